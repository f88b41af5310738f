"""Three short articles that have nothing to do with one another."""

BAKER = (
    "The bakery in the old quarter of Kesh has won the prize for the best bread for the third time in a row."
)
FERRY = "Ferries to the islands will stop at noon on Friday, the harbour office of Lindrow said, because of a storm."
MAYOR = (
    "The mayor of Tamsin resigned on Monday after a vote of the council that nobody in the town had expected."
)
