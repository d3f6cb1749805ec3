/** Returns the vendor's name in the conventions, or otherwise the name in majordomo. */
export function providerName(vendor: string | undefined, target: string): string {
  if (vendor === undefined) return target.slice(0, target.indexOf('/'));
  return NAMES[vendor] ?? vendor;
}

/** Names in the conventions that differ from `Provider.vendor`. */
const NAMES: Readonly<Partial<Record<string, string>>> = {
  'amazon-bedrock': 'aws.bedrock',
  azure: 'azure.ai.openai',
  google: 'gcp.gemini',
  'google-vertex': 'gcp.vertex_ai',
  'google-vertex-anthropic': 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  moonshotai: 'moonshot_ai',
  xai: 'x_ai',
};
