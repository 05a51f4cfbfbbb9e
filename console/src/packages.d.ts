/** The packages that go into the console; the build makes it from the lock file. */
declare module "virtual:packages" {
  const packages: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
  export default packages;
}
