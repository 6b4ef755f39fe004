"""The city's rule on money, pure.

Source: letter 530/GDĐT-GDMN of 3 March 2016: at most 40,000 VND per student per month, voluntary.
"""

CAP_VND = 40_000  # per student and service month; the authority's dated rule may only be lower
