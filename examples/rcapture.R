# The same table in R: capture histories from `uic dedupe` into Rcapture.
#
#   Rscript rcapture.R results/histories.csv
#
# histories.csv has one 0/1 column a list, and `count`. Rcapture wants the lists as columns and the
# counts last (dfreq = TRUE), and every history that can be observed, also those nobody has.

library(Rcapture)

path <- commandArgs(trailingOnly = TRUE)[1]
table <- read.csv(path, check.names = FALSE)
lists <- setdiff(names(table), "count")

every <- expand.grid(rep(list(c(0, 1)), length(lists)))
names(every) <- lists
every <- every[rowSums(every) > 0, ]
whole <- merge(every, table, by = lists, all.x = TRUE)
whole$count[is.na(whole$count)] <- 0

histories <- as.matrix(whole[, c(lists, "count")])
print(descriptive(histories, dfreq = TRUE))
print(closedp.t(histories, dfreq = TRUE))
print(closedpMS.t(histories, dfreq = TRUE, maxorder = min(2, length(lists) - 1)))
