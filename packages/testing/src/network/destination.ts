/** Destination of a socket. */
export interface Destination {
  readonly host: string;
  readonly port: string;
}

/** `localhost`, 127.0.0.0/8 and ::1, in their mapped and bracketed forms. A name that only resolves to them is none. */
export function isLoopback({ host }: Destination): boolean {
  const bare = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  if (/^(?:::|(?:0+:){7})0*1$/.test(bare)) return true;
  return /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(bare);
}
