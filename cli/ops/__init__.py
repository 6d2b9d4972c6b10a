"""`understudy ops`: what an operator does to a running system, on this machine or on AWS."""
