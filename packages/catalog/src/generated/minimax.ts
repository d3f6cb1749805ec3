// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.

/** As `decoded` reads it. */
export const rows: string = `[
{"id":"M2-her","c":64000,"p":[{"p":{"i":0.3,"o":1.2},"b":"g"}]},
{"id":"MiniMax-M2","f":"minimax","c":196608,"o":128000,"y":"THR","d":"2025-10-27","p":[{"p":{"i":0.3,"o":1.2,"r":0.03,"w":0.375},"b":"gml"}]},
{"id":"MiniMax-M2.1","f":"minimax","c":204800,"o":131072,"y":"THR","d":"2025-12-23","p":[{"p":{"i":0.3,"o":1.2,"r":0.03,"w":0.375},"b":"gml"}]},
{"id":"MiniMax-M2.1-highspeed","c":204800,"p":[{"p":{"i":0.6,"o":2.4,"r":0.03,"w":0.375},"b":"g"}]},
{"id":"MiniMax-M2.1-lightning","i":1000000,"o":8192,"y":"TR","p":[{"p":{"i":0.3,"o":2.4,"r":0.03,"w":0.375},"b":"l"}]},
{"id":"MiniMax-M2.5","f":"minimax","c":204800,"o":131072,"y":"THR","d":"2026-02-12","p":[{"p":{"i":0.3,"o":1.2,"r":0.03,"w":0.375},"b":"gml"}]},
{"id":"MiniMax-M2.5-highspeed","f":"minimax","c":204800,"o":131072,"y":"THR","d":"2026-02-13","p":[{"p":{"i":0.6,"o":2.4,"r":0.03,"w":0.375},"b":"gm"}]},
{"id":"MiniMax-M2.5-lightning","i":1000000,"o":8192,"y":"TR","p":[{"p":{"i":0.3,"o":2.4,"r":0.03,"w":0.375},"b":"l"}]},
{"id":"MiniMax-M2.7","f":"minimax","c":204800,"o":131072,"y":"THR","d":"2026-03-18","p":[{"p":{"i":0.3,"o":1.2,"r":0.06,"w":0.375},"b":"gmp"}]},
{"id":"MiniMax-M2.7-highspeed","f":"minimax","c":204800,"o":131072,"y":"THR","d":"2026-03-18","p":[{"p":{"i":0.6,"o":2.4,"r":0.06,"w":0.375},"b":"gmp"}]},
{"id":"MiniMax-M3","f":"minimax","c":1000000,"o":128000,"r":"tiv","y":"THR","d":"2026-06-01","p":[{"p":{"i":0.3,"o":1.2,"r":0.06},"a":{"512000":{"i":0.6,"o":2.4,"r":0.12}},"b":"mlp"}]},
{"id":"MiniMax-M3.1-Flash","c":1000000,"o":524288,"r":"ti","y":"R","p":[{"p":{"i":0.15,"o":0.6,"r":0.015},"b":"p"}]},
{"id":"m2-her","a":"M2-her"},
{"id":"minimax-01","p":[{"p":{"i":0.2,"o":1.1},"b":"g"}]},
{"id":"minimax-m1","p":[{"p":{"i":0.4,"o":2.2},"b":"g"}]},
{"id":"minimax-m2","a":"MiniMax-M2"},
{"id":"minimax-m2.1","a":"MiniMax-M2"},
{"id":"minimax-m2.5","a":"MiniMax-M2"},
{"id":"minimax-m2.7","a":"MiniMax-M2.7"},
{"id":"minimax-m3","c":1000000,"p":[{"p":{"i":0.3,"o":1.2,"r":0.06},"a":{"512000":{"i":0.6,"o":2.4,"r":0.12}},"b":"g"}]},
{"id":"speech-02-hd","w":"a","p":[{"p":{"i":0,"o":0},"e":{"character":100},"b":"l"}]},
{"id":"speech-02-turbo","w":"a","p":[{"p":{"i":0,"o":0},"e":{"character":60},"b":"l"}]},
{"id":"speech-2.6-hd","w":"a","p":[{"p":{"i":0,"o":0},"e":{"character":100},"b":"l"}]},
{"id":"speech-2.6-turbo","w":"a","p":[{"p":{"i":0,"o":0},"e":{"character":60},"b":"l"}]}
]`;
