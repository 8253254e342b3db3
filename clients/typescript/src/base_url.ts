interface Environment {
  VITE_BACKEND_URL?: string | undefined;
}

const FALLBACK = 'http://localhost:3001';

/** VITE_BACKEND_URL as Vite builds it in, or of the process; else this machine, port 3001. */
export function defaultBaseUrl(): string {
  // Vite replaces the words import.meta.env, so they must stand here as they are.
  const built = (import.meta as { env?: Environment }).env?.VITE_BACKEND_URL;
  const { process } = globalThis as { process?: { env?: Environment } };
  return built || process?.env?.VITE_BACKEND_URL || FALLBACK;
}
