"""Pictures of a size estimation, as values: drawn as HTML for a page, or saved with matplotlib.

Every function takes plain values and returns a :class:`Picture`. ``render(picture)`` is a piece of
HTML with inline SVG; ``{{ picture }}`` in a template does the same. ``save_picture`` writes PNG,
SVG or PDF and needs the ``plots`` extra.
"""

from uic.analysis.pictures.beliefs import prior_posterior
from uic.analysis.pictures.estimates import (
    estimate_pictures,
    histories_picture,
    models_picture,
)
from uic.analysis.pictures.forest import ForestRow, consensus_forest, forest
from uic.analysis.pictures.html import STYLE, render
from uic.analysis.pictures.models import ModelPoint, model_plot
from uic.analysis.pictures.pairs import pairwise
from uic.analysis.pictures.saving import save_picture
from uic.analysis.pictures.scene import Picture
from uic.analysis.pictures.threshold import threshold_plot
from uic.analysis.pictures.upset import upset

__all__ = [
    "STYLE",
    "ForestRow",
    "ModelPoint",
    "Picture",
    "consensus_forest",
    "estimate_pictures",
    "forest",
    "histories_picture",
    "model_plot",
    "models_picture",
    "pairwise",
    "prior_posterior",
    "render",
    "save_picture",
    "threshold_plot",
    "upset",
]
