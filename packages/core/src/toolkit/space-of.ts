/**
 * Names the vector space of a model: as its maker calls it, without who serves it (`@cf/baai/bge-m3`, `BAAI/bge-m3` and
 * `bge-m3:latest` are one).
 */
export const spaceOf = (modelId: string): string =>
  (modelId.split('/').at(-1) ?? modelId).toLowerCase().replace(/:latest$/, '');
