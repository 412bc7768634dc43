import { afterAll, vi } from "vitest";

// Files share processes, so that the AWS SDK is loaded once and not fifty times. Our own modules each file loads anew,
// because handlers read the environment when they are loaded.
vi.resetModules();
const environment = { ...process.env };
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
