// Written by `pnpm generate`.
/** Hosts of the profiles of `@majordomo/provider-openai` that `namedHosts` does not contain. */
export const profileHosts: readonly string[] = [
  'api.jina.ai',
  'api.scaleway.ai',
  'api.tokenfactory.nebius.com',
  'api.typesafe.ai',
  'api.voyageai.com',
  'api.xiaomimimo.com',
  'inference.poolside.ai',
  'oai.endpoints.kepler.ai.cloud.ovh.net',
];
