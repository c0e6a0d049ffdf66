package deployed

func repair(c *Config, r Refusal) *Repair { return nil }
