"""The pages of the ministry's editors. Each view asks `access`, calls one verb, shows what it says."""
