# Read our capture histories into Rcapture and print its tables beside ours.
#
#   uic estimate histories.csv --format csv -o estimate.csv
#   Rscript rcapture.R histories.csv estimate.csv
#
# histories.csv has one 0/1 column a list, and `count`, as `uic dedupe` writes it. Rcapture wants the
# lists as columns and the counts last (dfreq = TRUE). It takes no masked counts (<5), which
# `uic estimate` fits as intervals.

library(Rcapture)

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) < 1) stop("give the file of capture histories")
histories <- read.csv(arguments[1], check.names = FALSE)
lists <- setdiff(names(histories), "count")
if (!is.numeric(histories$count)) stop("Rcapture needs exact counts: some here are masked")

# Every history that can be observed has a row, also those nobody has.
every <- expand.grid(rep(list(c(0, 1)), length(lists)))
names(every) <- lists
every <- every[rowSums(every) > 0, ]
whole <- merge(every, histories, by = lists, all.x = TRUE)
whole$count[is.na(whole$count)] <- 0
X <- as.matrix(whole[, c(lists, "count")])
print(descriptive(X, dfreq = TRUE))

# M0, Mt, Mh and Mth. Mb and Mbh need occasions in time order: leave them out for lists.
families <- closedp.t(X, dfreq = TRUE)$results
print(families[!rownames(families) %in% c("Mb", "Mbh"), ])

# Every hierarchical log-linear model up to four lists, pairwise ones of five.
k <- length(lists)
if (k >= 3 && k <= 5) {
  largest <- if (k == 5) 2 else k - 1
  models <- closedpMS.t(X, dfreq = TRUE, maxorder = largest)$results
  models <- models[order(models[, "AIC"]), ]
  print(head(models, 20))

  # Profile-likelihood interval of the best one: [12,3] is the formula ~ c1*c2 + c3.
  generators <- strsplit(gsub("\\[|\\]", "", rownames(models)[1]), ",")[[1]]
  terms <- sapply(strsplit(generators, ""), function(digits) paste0("c", digits, collapse = "*"))
  best <- as.formula(paste("~", paste(terms, collapse = " + ")))
  print(closedpCI.t(X, dfreq = TRUE, mX = best)$CI)

  if (length(arguments) > 1) {
    ours <- read.csv(arguments[2], check.names = FALSE)
    ours <- ours[ours$method == "log-linear", ]
    shared <- intersect(rownames(models), ours$model)
    theirs <- models[shared, "abundance"]
    mine <- ours$abundance[match(shared, ours$model)]
    cat("largest relative difference in N over", length(shared), "models:",
        format(max(abs(mine / theirs - 1))), "\n")
  }
}
