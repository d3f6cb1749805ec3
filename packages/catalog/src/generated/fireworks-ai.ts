// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.

/** As `decoded` reads it. */
export const rows: string = `[
{"id":"accounts/fireworks/models/deepseek-v4-flash","c":1000000,"o":384000,"y":"TSHR","d":"2026-04-24","k":"2025-05","p":[{"p":{"i":0.14,"o":0.28,"r":0.028},"b":"gml"}]},
{"id":"accounts/fireworks/models/deepseek-v4-pro","c":1000000,"o":384000,"y":"TSHR","d":"2026-04-24","k":"2025-05","p":[{"p":{"i":1.74,"o":3.48,"r":0.145},"b":"gml"}]},
{"id":"accounts/fireworks/models/glm-5p1","c":202800,"o":131072,"y":"THR","d":"2026-04-01","p":[{"p":{"i":1.4,"o":4.4,"r":0.26},"b":"gml"}]},
{"id":"accounts/fireworks/models/glm-5p2","c":1048575,"o":131072,"y":"THR","d":"2026-06-16","p":[{"p":{"i":1.4,"o":4.4,"r":0.14},"b":"gml"}]},
{"id":"accounts/fireworks/models/gpt-oss-120b","c":131072,"o":32768,"y":"THR","d":"2025-08-05","p":[{"p":{"i":0.15,"o":0.6,"r":0.015},"b":"gml"}]},
{"id":"accounts/fireworks/models/gpt-oss-20b","c":131072,"o":32768,"y":"THR","d":"2025-08-05","p":[{"p":{"i":0.07,"o":0.3,"r":0.035},"b":"gml"}]},
{"id":"accounts/fireworks/models/kimi-k2p6","c":262000,"o":262000,"r":"ti","y":"THR","d":"2026-04-17","p":[{"p":{"i":0.95,"o":4,"r":0.16},"b":"gml"}]},
{"id":"accounts/fireworks/models/kimi-k2p7-code","c":262000,"o":262000,"r":"ti","y":"THR","d":"2026-06-12","p":[{"p":{"i":0.95,"o":4,"r":0.19},"b":"gml"}]},
{"id":"accounts/fireworks/models/minimax-m2p7","c":196608,"o":196608,"y":"THR","d":"2026-04-12","p":[{"p":{"i":0.3,"o":1.2,"r":0.06},"b":"gml"}]},
{"id":"accounts/fireworks/models/minimax-m3","c":512000,"o":512000,"y":"THR","d":"2026-06-12","p":[{"p":{"i":0.3,"o":1.2,"r":0.06},"b":"gml"}]},
{"id":"accounts/fireworks/models/qwen3p7-plus","c":262144,"o":65536,"r":"ti","y":"THR","d":"2026-06-12","p":[{"p":{"i":0.4,"o":1.6,"r":0.08},"b":"gml"}]},
{"id":"accounts/fireworks/routers/glm-5p1-fast","c":202800,"o":131072,"y":"THR","d":"2026-04-01","p":[{"p":{"i":2.8,"o":8.8,"r":0.52},"b":"gml"}]},
{"id":"accounts/fireworks/routers/glm-5p2-fast","c":1048575,"o":131072,"y":"THR","d":"2026-06-26","p":[{"p":{"i":2.1,"o":6.6,"r":0.21},"b":"gm"}]},
{"id":"accounts/fireworks/routers/kimi-k2p6-fast","c":262000,"o":262000,"r":"ti","y":"THR","d":"2026-04-17","p":[{"p":{"i":2,"o":8,"r":0.3},"b":"gml"}]},
{"id":"accounts/fireworks/routers/kimi-k2p6-turbo","c":262000,"o":262000,"r":"ti","y":"THR","d":"2026-04-17","p":[{"p":{"i":2,"o":8,"r":0.3},"b":"m"}]},
{"id":"accounts/fireworks/routers/kimi-k2p7-code-fast","c":262000,"o":262000,"r":"ti","y":"THR","d":"2026-06-12","p":[{"p":{"i":1.9,"o":8,"r":0.38},"b":"gml"}]}
]`;
