/** The simulated disk: a machine's file system, and the `Disk` port of each process on it. */
export { type Contents, openContents } from './content.ts';
export type { DiskFault, DiskFaults, FileSystem, Operation } from './file-system.ts';
export { type FileSystemOptions, openFileSystem } from './open-file-system.ts';
export { type SimulatedDisk, simulatedDisk } from './simulated-disk.ts';
