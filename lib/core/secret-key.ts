/** A value in a Secret that exists in the namespace of the pods. No value is ever written into a manifest. */
export interface SecretKey {
  /** Name of the Secret. */
  readonly secret: string;
  /** Key in it. */
  readonly key: string;
}
