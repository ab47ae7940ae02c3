<?php
/**
 * From nothing to a live article: installs WordPress, turns the plugin on, gives it the server and a token, has it make
 * a story, and publishes an article with the block. Reads JSON {folder, url, password, server, token} and prints JSON.
 */

$given = json_decode( stream_get_contents( STDIN ), true );
$_SERVER['HTTP_HOST'] = parse_url( $given['url'], PHP_URL_HOST ) . ':' . parse_url( $given['url'], PHP_URL_PORT );

/** Send no mail. */
function wp_new_blog_notification() {}

define( 'WP_INSTALLING', true );
require $given['folder'] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

wp_install( 'The Courier', 'admin', 'admin@example.org', true, '', $given['password'] );
wp_set_current_user( 1 );
switch_theme( 'classic' );
update_option( 'timezone_string', 'Europe/Berlin' );
$GLOBALS['wp_rewrite']->set_permalink_structure( '/articles/%postname%/' );

$failed = activate_plugin( 'liveblog-story/liveblog-story.php' );
if ( is_wp_error( $failed ) ) {
	fwrite( STDERR, $failed->get_error_message() );
	exit( 1 );
}
update_option( 'liveblog_story_settings', array( 'server' => $given['server'], 'token' => $given['token'] ) );
LiveblogStory\register(); // `init` has been long ago
flush_rewrite_rules();

$post    = wp_insert_post( array( 'post_title' => 'Election night', 'post_status' => 'draft' ) );
$request = new WP_REST_Request( 'POST', '/liveblog-story/v1/stories' );
$request->set_body_params( array( 'post' => $post, 'title' => 'Election night', 'key' => wp_generate_uuid4() ) );
$made = rest_do_request( $request );
if ( $made->is_error() ) {
	fwrite( STDERR, $made->as_error()->get_error_message() );
	exit( 1 );
}
$story   = $made->get_data()['story'];
$content = "<!-- wp:paragraph -->\n<p>Before.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:liveblog-story/story {\"story\":\"$story\"} /-->";
wp_update_post( array( 'ID' => $post, 'post_content' => $content, 'post_status' => 'publish' ) );
echo "\n", json_encode( array( 'post' => $post, 'article' => get_permalink( $post ), 'story' => $story ) );
