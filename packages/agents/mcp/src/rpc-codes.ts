/** Codes of errors in JSON-RPC responses. The enum of the SDK is not used, because it exists only after the SDK has been loaded. */
export const RPC_CODE = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  /** Any other refusal of an HTTP request, whose status states the reason. */
  refused: -32_000,
  /** Unknown session, with status 404. Clients of protocol 2025 then begin a new one. */
  unknownSession: -32_001,
  /** Unknown resource, in protocol 2025. Later versions use `invalidParams`. */
  unknownResource: -32_002,
  unsupportedVersion: -32_022,
  /** The user must open the addresses in the data of the error first, in protocol 2025. */
  urlRequired: -32_042,
} as const;
