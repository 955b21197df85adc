require('./kill-child.ts');
