import { isRecord } from '@majordomo/core/toolkit';

/** File of a multipart form. */
export interface FormFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Whether the value is a file of a form, as `readForm` returns it. */
export const isFile = (value: unknown): value is FormFile =>
  isRecord(value) && value['bytes'] instanceof Uint8Array;

/** Returns the fields of a multipart form by name. Throws if the body is not a multipart form. */
export async function readForm(
  body: Uint8Array,
  contentType: string,
): Promise<Readonly<Record<string, unknown>>> {
  const response = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } });
  // oxlint-disable-next-line typescript/no-deprecated -- deprecated for public servers; the only client here is the test
  const form = await response.formData();
  const fields: Record<string, unknown> = {};
  for (const [name, value] of form) {
    fields[name] =
      typeof value === 'string'
        ? value
        : { name: value.name, mediaType: value.type, bytes: new Uint8Array(await value.arrayBuffer()) };
  }
  return fields;
}
