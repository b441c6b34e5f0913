"""Where people live and were born: communes of Phnom Penh and provinces of Cambodia."""

from __future__ import annotations

COMMUNES = (
    "Boeung Kak 1", "Boeung Kak 2", "Tuek L'ak 1", "Srah Chak", "Tonle Bassac", "Phsar Depo 1",
    "Stueng Mean Chey", "Tuek L'ak 3", "Boeung Salang", "Wat Phnom", "Phsar Depo 2", "Tuek Thla",
    "Monorom", "Orussey 1", "Veal Vong", "Mittapheap", "Boeung Trabek", "Phsar Daeum Thkov",
    "Chbar Ampov 1", "Chbar Ampov 2", "Tuek L'ak 2", "Phsar Depo 3", "Tuol Sangke", "Russey Keo",
    "Svay Pak", "Phnom Penh Thmei", "Chrang Chamreh 1", "Chrang Chamreh 2", "Olympic",
    "Tumnup Tuek", "Toul Tompoung 1", "Toul Tompoung 2", "Toul Svay Prey 1", "Toul Svay Prey 2",
    "Boeung Keng Kang 1", "Boeung Keng Kang 2", "Boeung Keng Kang 3", "Phsar Thmei 1",
    "Phsar Thmei 2", "Phsar Thmei 3", "Phsar Kandal 1", "Phsar Kandal 2", "Chey Chumneah",
    "Orussey 2", "Orussey 3", "Orussey 4", "Boeung Prolit", "Chak Angrae Leu",
    "Chak Angrae Kraom", "Kakab", "Chaom Chau", "Khmuonh", "Chroy Changvar", "Prek Leap",
)  # fmt: skip
"""Communes (sangkat). The first are drawn most often; the order has no meaning beyond that."""

PROVINCES = (
    "Phnom Penh", "Kandal", "Kampong Cham", "Prey Veng", "Takeo", "Battambang", "Svay Rieng",
    "Kampong Speu", "Kampong Thom", "Siem Reap", "Kampong Chhnang", "Kampot", "Pursat",
    "Banteay Meanchey", "Tboung Khmum", "Kratie", "Preah Sihanouk", "Koh Kong", "Pailin",
    "Stung Treng", "Preah Vihear", "Oddar Meanchey", "Ratanakiri", "Mondulkiri", "Kep",
)  # fmt: skip
