// Vendors, their keys and what they have used. Needs the server's admin key.
import type { CallOptions, Http } from './http.js';
import type { ApiKey, NewApiKey, NewVendor, PresetFields, Vendor, VendorChange, VendorPage, VendorPreset, VendorUsage } from './types.js';

export function adminOf(http: Http) {
  const all = '/api/admin/vendors';
  const one = (id: string) => `${all}/${encodeURIComponent(id)}`;
  return {
    /** One page, by id. */
    listVendors: (query: { after?: string; limit?: number } = {}, options?: CallOptions) =>
      http.json<VendorPage>('GET', all, { ...options, query }),
    createVendor: (vendor: NewVendor, options?: CallOptions) => http.json<Vendor>('POST', all, { ...options, json: vendor }),
    getVendor: (id: string, options?: CallOptions) => http.json<Vendor>('GET', one(id), options),
    /** Fields that are left out stay as they are; null brings a field's default back. */
    changeVendor: (id: string, change: VendorChange, options?: CallOptions) =>
      http.json<Vendor>('PATCH', one(id), { ...options, json: change, repeatable: true }),
    /** With its keys and usage. */
    removeVendor: (id: string, options?: CallOptions) => http.json<void>('DELETE', one(id), options),
    listKeys: async (id: string, options?: CallOptions): Promise<readonly ApiKey[]> =>
      (await http.json<{ keys: ApiKey[] }>('GET', `${one(id)}/keys`, options)).keys,
    /** `key` is shown this once. */
    createKey: (id: string, { label }: { label?: string } = {}, options?: CallOptions) =>
      http.json<NewApiKey>('POST', `${one(id)}/keys`, { ...options, json: { label } }),
    revokeKey: (id: string, keyId: string, options?: CallOptions) =>
      http.json<void>('DELETE', `${one(id)}/keys/${encodeURIComponent(keyId)}`, options),
    /** The vendor's own presets of face crops, as they were put. */
    listPresets: async (id: string, options?: CallOptions): Promise<readonly VendorPreset[]> =>
      (await http.json<{ presets: VendorPreset[] }>('GET', `${one(id)}/presets`, options)).presets,
    /** Adds one, or puts it in the place of that name. */
    putPreset: (id: string, name: string, preset: PresetFields, options?: CallOptions) =>
      http.json<VendorPreset>('PUT', `${one(id)}/presets/${encodeURIComponent(name)}`, { ...options, json: preset, repeatable: true }),
    removePreset: (id: string, name: string, options?: CallOptions) =>
      http.json<void>('DELETE', `${one(id)}/presets/${encodeURIComponent(name)}`, options),
    /** By day; `from` and `to` are days like 2026-11-24, both counted. */
    getUsage: (id: string, query: { from?: string; to?: string } = {}, options?: CallOptions) =>
      http.json<VendorUsage>('GET', `${one(id)}/usage`, { ...options, query }),
  };
}
