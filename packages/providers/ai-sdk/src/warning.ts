import type { SharedV4Warning } from '@ai-sdk/provider';
import type { Warning } from '@majordomo/core';

export const toSdkWarning = ({ action, what, why }: Warning): SharedV4Warning =>
  action === 'dropped'
    ? { type: 'unsupported', feature: what, details: why }
    : { type: 'compatibility', feature: what, details: `${action}: ${why}` };

export function fromSdkWarning(warning: SharedV4Warning): Warning {
  switch (warning.type) {
    case 'unsupported':
      return {
        action: 'dropped',
        what: warning.feature,
        why: warning.details ?? 'the model does not support it',
      };
    case 'compatibility':
      return {
        action: 'coerced',
        what: warning.feature,
        why: warning.details ?? 'the model applies it differently',
      };
    case 'deprecated':
      return { action: 'coerced', what: warning.setting, why: warning.message };
    case 'other':
      return { action: 'coerced', what: 'the request', why: warning.message };
  }
}
