// Without `resolveJsonModule`, as the manifest lies outside the compiler's root folder; the bundler takes what is used of it.
declare module "*/package.json" {
  const manifest: { readonly version: string };
  export default manifest;
}
