"""One module for each step of the flow: takes ports, decides with the domain, then acts."""
