/** Whose layouts and messages `cluster_control` has: those of Wazuh 4.14.7, or the older ones of 3.8.2. */
export const profiles = ['3.8', '4.14'] as const;
export type Profile = (typeof profiles)[number];

export const isProfile = (text: string): text is Profile => profiles.some((profile) => profile === text);
