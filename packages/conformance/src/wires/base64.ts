/** A round trip is needed because Node's decoder ignores invalid characters. */
export const isBase64 = (data: string): boolean =>
  data.length % 4 === 0 && Buffer.from(data, 'base64').toString('base64') === data;
