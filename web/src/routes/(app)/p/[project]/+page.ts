import { redirect } from '@sveltejs/kit';
import { links } from '$lib/links';

export function load({ params }: { params: { project: string } }): never {
  redirect(307, links.gallery(params.project));
}
