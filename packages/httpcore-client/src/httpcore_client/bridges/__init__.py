"""Ways from other tools to this one: our pool under their clients, our requests on their clusters."""
