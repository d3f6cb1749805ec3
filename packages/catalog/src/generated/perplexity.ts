// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.

/** As `decoded` reads it. */
export const rows: string = `[
{"id":"codellama-34b-instruct","i":16384,"o":16384,"p":[{"p":{"i":0.35,"o":1.4},"e":{"web_search":5000},"b":"l"}]},
{"id":"codellama-70b-instruct","i":16384,"o":16384,"p":[{"p":{"i":0.7,"o":2.8},"e":{"web_search":5000},"b":"l"}]},
{"id":"llama-2-70b-chat","i":4096,"o":4096,"p":[{"p":{"i":0.7,"o":2.8},"e":{"web_search":5000},"b":"l"}]},
{"id":"llama-3.1-70b-instruct","i":131072,"o":131072,"p":[{"p":{"i":1,"o":1},"e":{"web_search":5000},"b":"l"}]},
{"id":"llama-3.1-8b-instruct","i":131072,"o":131072,"p":[{"p":{"i":0.2,"o":0.2},"e":{"web_search":5000},"b":"l"}]},
{"id":"llama-3.1-sonar-large-128k-online","p":[{"p":{"i":1,"o":1},"e":{"web_search":5000},"b":"g"}]},
{"id":"llama-3.1-sonar-small-128k-online","p":[{"p":{"i":0.2,"o":0.2},"e":{"web_search":5000},"b":"g"}]},
{"id":"mistral-7b-instruct","i":4096,"o":4096,"p":[{"p":{"i":0.07,"o":0.28},"e":{"web_search":5000},"b":"l"}]},
{"id":"mixtral-8x7b-instruct","i":4096,"o":4096,"p":[{"p":{"i":0.07,"o":0.28},"e":{"web_search":5000},"b":"l"}]},
{"id":"pplx-70b-chat","i":4096,"o":4096,"p":[{"p":{"i":0.7,"o":2.8},"e":{"web_search":5000},"b":"l"}]},
{"id":"pplx-70b-online","i":4096,"o":4096,"p":[{"p":{"i":0,"o":2.8},"e":{"request":5000,"web_search":5000},"b":"l"}]},
{"id":"pplx-7b-chat","i":8192,"o":8192,"p":[{"p":{"i":0.07,"o":0.28},"e":{"web_search":5000},"b":"l"}]},
{"id":"pplx-7b-online","i":4096,"o":4096,"p":[{"p":{"i":0,"o":0.28},"e":{"request":5000,"web_search":5000},"b":"l"}]},
{"id":"pplx-embed-v1-0.6b","i":32768,"p":[{"p":{"i":0.004,"o":0},"e":{"web_search":5000},"b":"l"}]},
{"id":"pplx-embed-v1-4b","i":32768,"p":[{"p":{"i":0.03,"o":0},"e":{"web_search":5000},"b":"l"}]},
{"id":"r1-1776","p":[{"p":{"i":2,"o":8},"e":{"web_search":5000},"b":"g"}]},
{"id":"sonar","f":"sonar","c":128000,"o":4096,"y":"H","n":"TR","d":"2024-01-01","k":"2025-09-01","p":[{"p":{"i":1,"o":1},"e":{"request":5000,"web_search":5000},"s":"reported with recorded answers: 0.005 USD a request at low search context; 2026-11-21"}]},
{"id":"sonar-deep-research","c":128000,"o":32768,"y":"R","n":"TH","d":"2025-02-01","k":"2025-01","p":[{"p":{"i":2,"o":8,"n":3},"e":{"web_search":5000},"b":"gml"}]},
{"id":"sonar-medium-chat","i":16384,"o":16384,"p":[{"p":{"i":0.6,"o":1.8},"e":{"web_search":5000},"b":"l"}]},
{"id":"sonar-medium-online","i":12000,"o":12000,"p":[{"p":{"i":0,"o":1.8},"e":{"request":5000,"web_search":5000},"b":"l"}]},
{"id":"sonar-pro","f":"sonar-pro","c":200000,"o":8192,"r":"ti","y":"H","n":"TR","d":"2024-01-01","k":"2025-09-01","p":[{"p":{"i":3,"o":15},"e":{"request":6000,"web_search":5000},"s":"docs.perplexity.ai, pricing: 6 USD for 1,000 requests at low search context, the default; 2026-11-21"}]},
{"id":"sonar-pro-search","p":[{"p":{"i":3,"o":15},"e":{"web_search":5000},"b":"g"}]},
{"id":"sonar-reasoning","i":128000,"y":"R","p":[{"p":{"i":1,"o":5},"e":{"request":12000,"web_search":5000},"b":"gl"}]},
{"id":"sonar-reasoning-pro","f":"sonar-reasoning","c":128000,"o":4096,"r":"ti","y":"HR","n":"T","d":"2024-01-01","k":"2025-09-01","p":[{"p":{"i":2,"o":8},"e":{"request":6000,"web_search":5000},"s":"docs.perplexity.ai, pricing: 6 USD for 1,000 requests at low search context, the default; 2026-11-21"}]},
{"id":"sonar-small-chat","i":16384,"o":16384,"p":[{"p":{"i":0.07,"o":0.28},"e":{"web_search":5000},"b":"l"}]},
{"id":"sonar-small-online","i":12000,"o":12000,"p":[{"p":{"i":0,"o":0.28},"e":{"request":5000,"web_search":5000},"b":"l"}]}
]`;
