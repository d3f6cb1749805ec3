// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.

/** As `decoded` reads it. */
export const rows: string = `[
{"id":"deepseek-ai/DeepSeek-V4-Flash-0731","c":1048576,"o":384000,"y":"R","p":[{"p":{"i":0.13,"o":0.26,"r":0.028},"b":"p"}]},
{"id":"deepseek-ai/DeepSeek-V4-Pro-0813","c":1048576,"o":262144,"y":"R","p":[{"p":{"i":1.32,"o":3.96,"r":0.132},"b":"p"}]},
{"id":"deepseek-ai/DeepSeek-V4.1-Flash","c":1048576,"o":32768,"r":"ti","y":"R","p":[{"p":{"i":0.3,"o":1.2,"r":0.007},"b":"p"}]},
{"id":"deepseek-ai/DeepSeek-V4.1-Flash-1017","c":1048576,"o":262144,"r":"ti","y":"R","p":[{"p":{"i":0.3,"o":1.2,"r":0.007},"b":"p"}]},
{"id":"deepseek-ai/DeepSeek-V4.1-Flash-1017-Fast","c":1048576,"o":262144,"r":"ti","y":"R","p":[{"p":{"i":0.6,"o":2.4,"r":0.014},"b":"p"}]},
{"id":"deepseek-ai/DeepSeek-V4.1-Flash-Fast","c":1048576,"o":32768,"r":"ti","y":"R","p":[{"p":{"i":0.6,"o":2.4,"r":0.014},"b":"p"}]},
{"id":"moonshotai/Kimi-K3","c":1048576,"o":262144,"r":"ti","y":"R","p":[{"p":{"i":3,"o":15,"r":0.3},"b":"p"}]},
{"id":"moonshotai/Kimi-K3.1-Pro","c":1000000,"o":262144,"r":"ti","y":"R","p":[{"p":{"i":2,"o":10,"r":0.2},"b":"p"}]},
{"id":"nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B","c":202800,"o":202800,"y":"R","p":[{"p":{"i":0.6,"o":2.4,"r":0.12},"b":"p"}]},
{"id":"openai/gpt-oss-120b","c":128072,"o":128072,"y":"R","p":[{"p":{"i":0.1,"o":0.5,"r":0.1},"b":"p"}]},
{"id":"zai-org/GLM-5.2","c":1048576,"o":262144,"y":"R","p":[{"p":{"i":1.4,"o":4.4,"r":0.14},"b":"p"}]},
{"id":"zai-org/GLM-5.2-Fast","c":1048576,"o":262144,"y":"R","p":[{"p":{"i":2.1,"o":6.6,"r":0.21},"b":"p"}]},
{"id":"zai-org/GLM-5.3","c":1048576,"o":262144,"r":"ti","y":"R","p":[{"p":{"i":1.4,"o":4.4,"r":0.14},"b":"p"}]},
{"id":"zai-org/GLM-5.3-Fast","c":1048576,"o":262144,"r":"ti","y":"R","p":[{"p":{"i":2.1,"o":6.6,"r":0.21},"b":"p"}]},
{"id":"zai-org/GLM-5.3-Flash","c":1048576,"o":131072,"r":"ti","y":"R","p":[{"p":{"i":0.15,"o":0.5,"r":0.03},"b":"p"}]}
]`;
