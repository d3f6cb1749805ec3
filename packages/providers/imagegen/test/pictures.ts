export { PNG, png } from '@majordomo/test-support';

export const JPEG = '/9j/4AAQSkZJRgABAQ==';
