import { announce, type BodyLimits } from './body.ts';
import { invalid, object, type Fields } from './fields.ts';
import { FormReader } from './form-reader.ts';

/** Reads a form. Unlike `formData`, limits the number of parts. */
export async function formBody(request: Request, limits: BodyLimits): Promise<FormData> {
  const { hold } = announce(request, limits);
  const reader = new FormReader(request, limits.maxBytes, hold);
  const form = new FormData();
  try {
    for (let part = await reader.next(); part !== undefined; part = await reader.next()) {
      const { name, fileName, mediaType = '' } = part;
      const content = await reader.bytes();
      if (fileName === undefined) form.append(name, new TextDecoder().decode(content));
      else form.append(name, new File([content], fileName, { type: mediaType }));
    }
  } finally {
    reader.stop();
  }
  return form;
}

/** Returns the fields of a form, except `others` and empty fields. Refuses a repeated field of `once`. */
export function formFields(form: FormData, once: readonly string[], others: readonly string[]): Fields {
  for (const field of once) {
    if (form.getAll(field).length > 1) invalid(field, 'must be set only once');
  }
  const entries = [...form].filter(([field, value]) => !others.includes(field) && value !== '');
  return object(Object.fromEntries(entries), '');
}
