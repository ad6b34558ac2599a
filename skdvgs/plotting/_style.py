"""Colours that are told apart by everyone, and in print (Okabe and Ito 2008)."""

BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
GREY = "#666666"

# Lines differ in dashes too, so that they need no colour.
CYCLE = (
    (BLUE, "-"),
    (VERMILLION, "--"),
    (GREEN, "-."),
    (PURPLE, (0, (5, 1))),
    (ORANGE, (0, (1, 1))),
)
