/** Returns the vendor's name in the conventions. Without a vendor, returns the provider's id in `target`. */
export function providerName(vendor: string | undefined, target: string): string {
  if (vendor === undefined) return target.slice(0, target.indexOf('/'));
  return NAMES[vendor] ?? vendor;
}

/** Vendor names in the conventions by `Provider.vendor`. Vendors with the same name in both are not listed. */
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
