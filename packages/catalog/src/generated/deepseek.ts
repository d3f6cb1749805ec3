// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.

/** As `decoded` reads it. */
export const rows: string = `[
{"id":"deepseek-chat","f":"deepseek","c":1000000,"o":384000,"y":"TH","n":"R","d":"2025-12-01","k":"2025-09","p":[{"p":{"i":0.14,"o":0.28,"r":0.0028},"s":"api-docs.deepseek.com/quick_start/pricing of V4-Flash-0731, which both names meant; 2026-11-21"}]},
{"id":"deepseek-chat-v3-0324","a":"deepseek-chat"},
{"id":"deepseek-coder","i":128000,"o":4096,"y":"T","p":[{"p":{"i":0.14,"o":0.28},"b":"l"}]},
{"id":"deepseek-flash","c":1000000,"o":384000,"r":"ti","y":"R","p":[{"p":{"i":0.3,"o":1.2,"r":0.006},"b":"p"}]},
{"id":"deepseek-r1","i":65536,"o":8192,"y":"TR","p":[{"p":{"i":0.55,"o":2.19},"b":"l"}]},
{"id":"deepseek-r1-0528","a":"deepseek-reasoner"},
{"id":"deepseek-reasoner","f":"deepseek-thinking","c":1000000,"o":384000,"y":"THR","d":"2025-12-01","k":"2025-09","p":[{"p":{"i":0.14,"o":0.28,"r":0.0028},"s":"api-docs.deepseek.com/quick_start/pricing of V4-Flash-0731, which both names meant; 2026-11-21"}]},
{"id":"deepseek-v3","i":65536,"o":8192,"y":"T","p":[{"p":{"i":0.27,"o":1.1,"r":0.07,"w":0},"b":"l"}]},
{"id":"deepseek-v3.1-terminus","p":[{"p":{"i":0.27,"o":0.95,"r":0.13},"b":"g"}]},
{"id":"deepseek-v3.2","i":163840,"o":163840,"y":"TR","p":[{"p":{"i":0.2288,"o":0.3432},"d":"g"}]},
{"id":"deepseek-v3.2-exp","p":[{"p":{"i":0.27,"o":0.41},"b":"g"}]},
{"id":"deepseek-v4-flash","f":"deepseek-flash","c":1000000,"o":384000,"y":"TSHR","d":"2026-04-24","k":"2025-05","p":[{"p":{"i":0.14,"o":0.28,"r":0.0028,"w":0},"b":"gml"}]},
{"id":"deepseek-v4-pro","f":"deepseek-thinking","c":1000000,"o":384000,"y":"TSHR","d":"2026-04-24","k":"2025-05","p":[{"p":{"i":0.435,"o":0.87,"r":0.003625,"w":0},"b":"gml"},{"f":"2026-11-10","p":{"i":1.32,"o":3.96,"r":0.044},"b":"p"}]}
]`;
