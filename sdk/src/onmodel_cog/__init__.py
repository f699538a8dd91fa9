"""A model that Cog packed, as a function: our contract outside, Cog's inside."""
