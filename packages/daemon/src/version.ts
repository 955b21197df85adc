/** Of Muster; the same in every manifest of the workspace, which a test holds. */
export const version = '0.1.0';
