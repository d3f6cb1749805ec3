/** Destination of a TCP connection. */
export interface Destination {
  readonly host: string;
  readonly port: string;
}

/** Whether a host is `localhost`, `*.localhost`, ::1 or in 127.0.0.0/8, including IPv4-mapped and bracketed forms. */
export function isLoopback({ host }: Destination): boolean {
  const bare = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  if (/^(?:::|(?:0+:){7})0*1$/.test(bare)) return true;
  return /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(bare);
}
