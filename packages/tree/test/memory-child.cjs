require('./memory-child.ts');
