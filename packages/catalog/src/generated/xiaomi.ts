// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.

/** As `decoded` reads it. */
export const rows: string = `[
{"id":"mimo-v2.6-flash","c":1048576,"o":131072,"r":"ti","y":"R","p":[{"p":{"i":0.14,"o":0.28,"r":0.0028},"b":"p"}]},
{"id":"mimo-v2.6-pro","c":1048576,"o":131072,"r":"ti","y":"R","p":[{"p":{"i":0.435,"o":0.87,"r":0.0036},"b":"p"}]},
{"id":"mimo-v2.6-pro-ultraspeed","c":1048576,"o":131072,"r":"ti","y":"R","p":[{"p":{"i":4.35,"o":8.7,"r":0.036},"b":"p"}]}
]`;
