import type { Provider, ProviderOptions } from '../contract/provider.ts';

/** What a provider says of its money: in the app's words where it has some, else in the package's own. */
export const paidTo = (
  options: Pick<ProviderOptions, 'vendor' | 'billing'>,
  own: Pick<Provider, 'vendor' | 'billing'>,
): Pick<Provider, 'vendor' | 'billing'> => ({
  vendor: options.vendor ?? own.vendor,
  billing: options.billing ?? own.billing,
});
