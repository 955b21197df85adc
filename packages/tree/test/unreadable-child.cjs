require('./unreadable-child.ts');
