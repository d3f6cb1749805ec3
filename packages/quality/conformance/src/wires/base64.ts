/** Whether the string is valid base64. Node's decoder ignores invalid characters, so the decoded bytes are encoded again. */
export const isBase64 = (data: string): boolean =>
  data.length % 4 === 0 && Buffer.from(data, 'base64').toString('base64') === data;
