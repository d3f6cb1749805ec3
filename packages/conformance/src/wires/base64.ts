/** Node's decoder skips what it does not know; a round trip does not. */
export const isBase64 = (data: string): boolean =>
  data.length % 4 === 0 && Buffer.from(data, 'base64').toString('base64') === data;
