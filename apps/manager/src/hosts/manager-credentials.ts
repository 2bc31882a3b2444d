/** With what the Manager proves to hosts that it is the Manager, and what hosts must prove. May be renewed while it runs. */
export interface ManagerCredentials {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly authorityPem: string;
}
