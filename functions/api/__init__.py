"""The API: routes, their requests, and how they are served."""
