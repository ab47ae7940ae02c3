<?php
/**
 * Plugin Name: Liveblog Story
 * Description: A live story of your Liveblog server in an article: its text and structured data in the page, new entries as they come.
 * Version: 0.2.0
 * Requires at least: 5.9
 * Requires PHP: 7.4
 * Author: Liveblog
 * License: Apache-2.0
 * License URI: https://www.apache.org/licenses/LICENSE-2.0
 * Text Domain: liveblog-story
 *
 * The server draws the story (GET /stories/{story}/fragment). This file asks for that as readers come, keeps the last
 * answer, and prints it in <live-blog>, which the server's own script brings to life in the reader's browser.
 *
 * What is printed is the server's HTML as it came. wp_kses() would take out the structured data, the style sheet and what
 * the element needs, and would protect from nothing: the same server's script runs in the same page. So the server is
 * trusted as a theme is, by whoever may manage options, and nobody else can name one: https or loopback alone, no answer
 * of any other origin, of another type, or larger than a story is. In a post there is a story's name and nothing more.
 */

namespace LiveblogStory;

defined( 'ABSPATH' ) || exit;

const VERSION = '0.2.0';
const BLOCK   = 'liveblog-story/story';

/** An array, so that wp-admin/options.php, which shows all options to administrators, does not show the token. */
const SETTINGS    = 'liveblog_story_settings';
const COPY        = 'liveblog_story_copy_';
const GATE        = 'liveblog_story_gate_';
const SERVER_GATE = 'liveblog_story_gate_server';
const PROBLEM     = 'liveblog_story_problem';
const EVERY_MINUTE = 'liveblog_story_every_minute';

const HEADS = '_liveblog_story_heads';
const LIVE  = '_liveblog_story_live';
const HOME  = '_liveblog_story_home';
const TOLD  = '_liveblog_story_told';
const UNTOLD = '_liveblog_story_untold';

/** The least that WordPress's HTTP takes. A visitor waits no longer, and only one in each pause waits at all. */
const READ_SECONDS  = 1.0;
const WRITE_SECONDS = 5;
const FRESH_SECONDS = 1.0;
/** Stories that are over, as the server's own Cache-Control has it. */
const CALM_SECONDS    = 30.0;
const ABSENT_SECONDS  = 5.0;
const LONGEST_SECONDS = 60.0;
const MOST_BYTES      = 1048576;
const MOST_POSTS      = 50;

/* ---- Settings: where the server is, and the token that makes stories there. ---- */

function settings(): array {
	$kept = get_option( SETTINGS, array() );
	return array_merge( array( 'server' => '', 'token' => '' ), is_array( $kept ) ? $kept : array() );
}

/** Return the server's address without a slash at its end; empty where there is none that may be asked. */
function server(): string {
	return clean_server( defined( 'LIVEBLOG_SERVER' ) ? (string) LIVEBLOG_SERVER : settings()['server'] );
}

function token(): string {
	return clean_token( defined( 'LIVEBLOG_TOKEN' ) ? (string) LIVEBLOG_TOKEN : settings()['token'] );
}

/** Return an address as it is asked; empty for one that is neither https nor on this machine. */
function clean_server( string $given ): string {
	$parts = parse_url( trim( $given ) );
	if ( ! is_array( $parts ) || array_diff( array_keys( $parts ), array( 'scheme', 'host', 'port', 'path' ) ) ) {
		return '';
	}
	$scheme      = strtolower( $parts['scheme'] ?? '' );
	$host        = strtolower( $parts['host'] ?? '' );
	$path        = rtrim( $parts['path'] ?? '', '/' );
	$is_loopback = 1 === preg_match( '/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/D', $host );
	if ( 'https' !== $scheme && ! ( 'http' === $scheme && $is_loopback ) ) {
		return '';
	}
	if ( ! preg_match( '/^([a-z0-9.-]+|\[[0-9a-f:.]+\])$/D', $host ) || ! preg_match( '#^[\w./~-]*$#D', $path ) ) {
		return '';
	}
	return "$scheme://$host" . ( isset( $parts['port'] ) ? ":{$parts['port']}" : '' ) . $path;
}

/** Return a token as a header can carry it; empty for what is none. */
function clean_token( string $given ): string {
	return preg_match( '/^[\x21-\x7e]{1,512}$/D', trim( $given ) ) ? trim( $given ) : '';
}

/** Return what is kept of the settings form. A token is the server's that it was given for, and goes with it. */
function clean_settings( $given ): array {
	$kept   = settings();
	$given  = is_array( $given ) ? $given : array();
	$server = defined( 'LIVEBLOG_SERVER' ) ? server() : trim( text_of( $given, 'server' ) );
	$clean  = clean_server( $server );
	if ( '' !== $server && '' === $clean ) {
		add_settings_error( SETTINGS, 'server', __( 'The server’s address begins with https:// (http:// on this machine alone) and has no user, query or fragment. It was not changed.', 'liveblog-story' ) );
		$clean = $kept['server'];
	}
	$written = trim( text_of( $given, 'token' ) );
	$token   = clean_token( $written );
	if ( '' !== $written && '' === $token ) {
		add_settings_error( SETTINGS, 'token', __( 'That is no token: it has a space or a letter that no token has. It was not changed.', 'liveblog-story' ) );
	}
	if ( '' === $token && empty( $given['forget'] ) ) {
		$token = $clean === $kept['server'] ? $kept['token'] : '';
		if ( '' !== $kept['token'] && '' === $token ) {
			add_settings_error( SETTINGS, 'server', __( 'The server is another one now: please give its token.', 'liveblog-story' ), 'warning' );
		}
	}
	return array( 'server' => $clean, 'token' => $token );
}

function show_settings(): void {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$is_fixed = defined( 'LIVEBLOG_SERVER' );
	?>
	<div class="wrap">
	<h1><?php esc_html_e( 'Liveblog', 'liveblog-story' ); ?></h1>
	<form action="options.php" method="post" autocomplete="off">
	<?php settings_fields( SETTINGS ); ?>
	<table class="form-table" role="presentation">
	<tr><th scope="row"><label for="liveblog-story-server"><?php esc_html_e( 'Server address', 'liveblog-story' ); ?></label></th>
	<td><input class="regular-text" type="url" id="liveblog-story-server" name="<?php echo esc_attr( SETTINGS ); ?>[server]" placeholder="https://live.example" value="<?php echo esc_attr( $is_fixed ? server() : settings()['server'] ); ?>"<?php disabled( $is_fixed ); ?>>
	<p class="description"><?php esc_html_e( 'What this server sends is part of your pages, its script included. Give only the address of a server of your own.', 'liveblog-story' ); ?></p></td></tr>
	<tr><th scope="row"><label for="liveblog-story-token"><?php esc_html_e( 'Token', 'liveblog-story' ); ?></label></th>
	<td><input class="regular-text" type="password" id="liveblog-story-token" name="<?php echo esc_attr( SETTINGS ); ?>[token]" value="" autocomplete="new-password"<?php disabled( defined( 'LIVEBLOG_TOKEN' ) ); ?>>
	<p class="description"><?php echo esc_html( '' === token() ? __( 'There is none: stories can be linked, and not created here.', 'liveblog-story' ) : __( 'One is kept. It is not shown; write another to replace it.', 'liveblog-story' ) ); ?></p>
	<?php if ( '' !== settings()['token'] ) : ?>
	<p><label><input type="checkbox" name="<?php echo esc_attr( SETTINGS ); ?>[forget]" value="1"> <?php esc_html_e( 'Forget it', 'liveblog-story' ); ?></label></p>
	<?php endif; ?>
	</td></tr>
	<tr><th scope="row"><?php esc_html_e( 'Connection', 'liveblog-story' ); ?></th><td><?php echo esc_html( connection() ); ?></td></tr>
	</table>
	<?php submit_button(); ?>
	</form>
	</div>
	<?php
}

/** Ask the server who this token's holder is; return what came of it, in a sentence. */
function connection(): string {
	if ( '' === server() ) {
		return __( 'No server yet.', 'liveblog-story' );
	}
	$problem = get_option( PROBLEM );
	$since   = is_array( $problem ) ? ' ' . sprintf(
		/* translators: 1: a time, 2: what an HTTP client said. */
		__( 'Readers see the last copy since %1$s: %2$s', 'liveblog-story' ),
		wp_date( 'Y-m-d H:i:s', (int) $problem['since'] ),
		$problem['reason']
	) : '';
	$answer = '' === token() ? read( server() . '/v1/site' )[0] : call( 'GET', '/v1/newsroom/me' );
	if ( is_wp_error( $answer ) ) {
		return $answer->get_error_message() . $since;
	}
	if ( '' === token() ) {
		return __( 'The server answers.', 'liveblog-story' ) . $since;
	}
	$may = in_array( 'create_stories', (array) ( $answer['can'] ?? array() ), true );
	return ( $may ? __( 'The server answers, and the token may create stories.', 'liveblog-story' ) : __( 'The server answers, and the token may not create stories: it needs the role of an editor, and the scopes read and publish.', 'liveblog-story' ) ) . $since;
}

/* ---- Calls to the server. None follows a redirect by itself: it would lead the token, or a page, elsewhere. ---- */

/** Call the newsroom's API; return the JSON of its answer. */
function call( string $method, string $path, ?array $body = null, array $headers = array() ) {
	if ( '' === server() || '' === token() ) {
		return new \WP_Error( 'liveblog_story_unset', __( 'The settings of Liveblog have no server, or no token.', 'liveblog-story' ), array( 'status' => 409 ) );
	}
	$answer = wp_remote_request(
		server() . $path,
		array(
			'method'              => $method,
			'timeout'             => WRITE_SECONDS,
			'redirection'         => 0,
			'limit_response_size' => MOST_BYTES,
			'headers'             => array( 'Authorization' => 'Bearer ' . token(), 'Content-Type' => 'application/json' ) + $headers,
			'body'                => null === $body ? null : wp_json_encode( $body ),
		)
	);
	if ( is_wp_error( $answer ) ) {
		/* translators: %s: what an HTTP client said. */
		return new \WP_Error( 'liveblog_story_away', sprintf( __( 'The server does not answer: %s', 'liveblog-story' ), $answer->get_error_message() ), array( 'status' => 502 ) );
	}
	$code = wp_remote_retrieve_response_code( $answer );
	$said = json_decode( wp_remote_retrieve_body( $answer ), true );
	if ( $code < 200 || $code > 299 || ! is_array( $said ) ) {
		$detail = is_array( $said ) && is_string( $said['detail'] ?? null ) ? $said['detail'] : "HTTP $code";
		/* translators: %s: the server's reason. */
		return new \WP_Error( 'liveblog_story_refused', sprintf( __( 'The server refused: %s', 'liveblog-story' ), $detail ), array( 'status' => 502 ) );
	}
	return $said;
}

/**
 * Ask for what readers are shown, once more where a story has another address of this server: that of its present slug,
 * for one that is named by its id. Returns the answer, and the address that gave it.
 */
function read( string $address, string $etag = '', bool $may_follow = true ): array {
	$answer = wp_remote_get(
		$address,
		array(
			'timeout'             => read_seconds(),
			'redirection'         => 0,
			'limit_response_size' => MOST_BYTES + 1,
			'headers'             => '' === $etag ? array() : array( 'If-None-Match' => $etag ),
			'user-agent'          => 'liveblog-story/' . VERSION . '; ' . home_url(),
		)
	);
	if ( ! $may_follow || ! in_array( wp_remote_retrieve_response_code( $answer ), array( 301, 302, 307, 308 ), true ) ) {
		return array( $answer, $address );
	}
	$location = (string) wp_remote_retrieve_header( $answer, 'location' );
	$location = 0 === strpos( $location, '/' ) && 0 !== strpos( $location, '//' ) ? origin() . $location : $location;
	return 0 === strpos( $location, server() . '/' ) ? read( $location, $etag, false ) : array( $answer, $address );
}

/** Return how long an answer may take, for servers far away. */
function read_seconds(): float {
	return max( READ_SECONDS, (float) apply_filters( 'liveblog_story_read_seconds', READ_SECONDS ) );
}

function origin(): string {
	preg_match( '#^https?://[^/]+#', server(), $found );
	return $found[0] ?? '';
}

/* ---- Which story, and how: what is written in a post is checked here and nowhere else. ---- */

/** Return the choices of a block or a shortcode; null where no story is named. */
function choices( array $given ): ?array {
	$story = trim( text_of( $given, 'story' ) );
	if ( preg_match( '#^https?://[^/?\#]+(?:/[^?\#]*)?/stories/([^/?\#]+)#', $story, $found ) ) {
		$story = rawurldecode( $found[1] );
	}
	if ( '' === server() || ! preg_match( '/^[\p{L}\p{M}\p{N}-]{1,120}$/Du', $story ) ) {
		return null;
	}
	$lang  = text_of( $given, 'lang' );
	$asked = array(
		'mode'     => 'ticker' === ( $given['mode'] ?? '' ) ? 'ticker' : '',
		'limit'    => count_from( $given['limit'] ?? '' ),
		'order'    => 'oldest' === ( $given['order'] ?? '' ) ? 'oldest' : '',
		'lang'     => preg_match( '/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$/D', $lang ) ? $lang : '',
		'ad_every' => count_from( $given['ad-every'] ?? $given['adEvery'] ?? '' ),
	);
	$asked   = array_filter( $asked, 'strlen' );
	$page    = server() . '/stories/' . rawurlencode( $story );
	$address = "$page/fragment" . ( $asked ? '?' . http_build_query( $asked ) : '' );
	return compact( 'story', 'asked', 'page', 'address' ) + array( 'key' => md5( $address ) );
}

/** Return a member as text; what is no text, as a post may have it, is none. */
function text_of( array $given, string $name ): string {
	return is_string( $given[ $name ] ?? null ) ? $given[ $name ] : '';
}

function count_from( $given ): string {
	$count = is_scalar( $given ) ? (int) $given : 0;
	return $count >= 1 && $count <= 20 ? (string) $count : '';
}

/** Return the choices of every story in a post, whether by block or by shortcode. */
function stories_in( \WP_Post $post ): array {
	$found = false === strpos( $post->post_content, '<!-- wp:' . BLOCK ) ? array() : stories_in_blocks( parse_blocks( $post->post_content ) );
	if ( has_shortcode( $post->post_content, 'liveblog' ) ) {
		preg_match_all( '/' . get_shortcode_regex( array( 'liveblog' ) ) . '/', $post->post_content, $written );
		foreach ( $written[3] as $attributes ) {
			$found[] = choices( (array) shortcode_parse_atts( $attributes ) );
		}
	}
	return array_values( array_filter( $found ) );
}

function stories_in_blocks( array $blocks ): array {
	$found = array();
	foreach ( $blocks as $block ) {
		if ( BLOCK === $block['blockName'] ) {
			$found[] = choices( (array) $block['attrs'] );
		}
		$found = array_merge( $found, stories_in_blocks( $block['innerBlocks'] ) );
	}
	return $found;
}

/* ---- Gates: a row each that says when the next may ask, so that one visitor asks and all others have what came. ---- */

/** Return [until, failures, the row as it is] of each; the row is null where there is none. */
function read_gates( string ...$names ): array {
	global $wpdb;
	$marks = implode( ', ', array_fill( 0, count( $names ), '%s' ) );
	$rows  = $wpdb->get_results( $wpdb->prepare( "SELECT option_name, option_value FROM $wpdb->options WHERE option_name IN ($marks)", $names ), OBJECT_K ); // phpcs:ignore WordPress.DB
	$gates = array();
	foreach ( $names as $name ) {
		$row            = isset( $rows[ $name ] ) ? $rows[ $name ]->option_value : null;
		$parts          = explode( ' ', (string) $row ) + array( '0', '0' );
		$gates[ $name ] = array( 'until' => (float) $parts[0], 'failures' => (int) ( $parts[1] ?? 0 ), 'row' => $row );
	}
	return $gates;
}

/** Take the right to ask, for as long as asking takes. False where somebody else has it, or it is too early. */
function take( string $name, array $gate ): bool {
	global $wpdb;
	$now = microtime( true );
	if ( $gate['until'] > $now && $gate['until'] < $now + 2 * LONGEST_SECONDS ) { // else the clock was put back
		return false;
	}
	$row = gate_row( $now + 2 * read_seconds() + 1, $gate['failures'] ); // two calls, where a story has moved
	// Whoever changes the row that was read, or makes it, is the one: the database lets one of them.
	return 1 === ( null === $gate['row']
		? $wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'no')", $name, $row ) )
		: $wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s AND option_value = %s", $row, $name, $gate['row'] ) ) );
}

function close_gate( string $name, float $seconds, int $failures ): void {
	global $wpdb;
	$row = gate_row( microtime( true ) + $seconds, $failures );
	$wpdb->query( $wpdb->prepare( "INSERT INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'no') ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)", $name, $row ) );
}

function gate_row( float $until, int $failures ): string {
	return number_format( $until, 3, '.', '' ) . " $failures";
}

/** Return how long nobody asks after so many failures in a row: 2 s, 4 s, 8 s … a minute. */
function pause_after( int $failures ): float {
	return min( LONGEST_SECONDS, 2.0 ** min( $failures, 10 ) );
}

/* ---- Copies: the last fragment of each story, which stands while the server is away, for as long as that takes. ---- */

/** Return the copy of a story, as fresh as it may be: at most a second old while the server answers. Null before the first. */
function copy_of( array $story ): ?array {
	static $seen = array();
	if ( isset( $seen[ $story['key'] ] ) ) {
		return $seen[ $story['key'] ];
	}
	$copy  = get_option( COPY . $story['key'], null );
	$copy  = is_array( $copy ) ? $copy : null;
	$own   = GATE . $story['key'];
	$gates = read_gates( SERVER_GATE, $own );
	// A server that was silent is asked through one gate for all stories, one that answers through each story's own.
	$name = $gates[ SERVER_GATE ]['failures'] > 0 ? SERVER_GATE : $own;
	if ( take( $name, $gates[ $name ] ) ) {
		$copy = refreshed( $story, $copy, $gates[ SERVER_GATE ]['failures'], $gates[ $own ]['failures'] );
	}
	if ( null !== $copy ) {
		$seen[ $story['key'] ] = $copy;
	}
	return $copy;
}

/** Ask the server, keep what it says and close the gate for a while. */
function refreshed( array $story, ?array $copy, int $server_failures, int $own_failures ): ?array {
	list( $answer, $address ) = read( $copy['address'] ?? $story['address'], $copy['etag'] ?? '' );
	$code                     = (int) wp_remote_retrieve_response_code( $answer );
	if ( is_wp_error( $answer ) || $code >= 500 || 429 === $code ) {
		$asked = (float) wp_remote_retrieve_header( $answer, 'retry-after' );
		close_gate( SERVER_GATE, max( pause_after( $server_failures + 1 ), min( $asked, LONGEST_SECONDS ) ), $server_failures + 1 );
		note_problem( is_wp_error( $answer ) ? $answer->get_error_message() : "HTTP $code" );
		return $copy;
	}
	if ( $server_failures > 0 ) {
		close_gate( SERVER_GATE, 0, 0 );
	}
	$fresh = 304 === $code ? $copy : copy_from( $answer, $code, $address );
	if ( null === $fresh ) {
		close_gate( GATE . $story['key'], pause_after( $own_failures + 1 ), $own_failures + 1 );
		$header = wp_remote_retrieve_header( $answer, $code >= 300 && $code < 400 ? 'location' : 'content-type' );
		note_problem( "$address: HTTP $code, $header" );
		return $copy;
	}
	if ( 304 !== $code && $fresh !== $copy ) {
		update_option( COPY . $story['key'], $fresh, false );
	}
	close_gate( GATE . $story['key'], pause_of( $fresh ), 0 );
	note_problem( '' );
	return $fresh;
}

/** Return for how long a copy is not asked about again. */
function pause_of( array $copy ): float {
	if ( 200 !== $copy['code'] ) {
		return ABSENT_SECONDS;
	}
	return $copy['is_over'] ? CALM_SECONDS : FRESH_SECONDS;
}

/** Return the copy that an answer makes; null for what no fragment is. What is not public any more leaves no text behind. */
function copy_from( $answer, int $code, string $address ): ?array {
	$html        = wp_remote_retrieve_body( $answer );
	$is_fragment = 0 === strpos( (string) wp_remote_retrieve_header( $answer, 'content-type' ), 'text/html' )
		&& strlen( $html ) <= MOST_BYTES
		&& false !== strpos( $html, '<div class="liveblog' )
		&& ! preg_match( '/<(!doctype|html|head|body)\b/i', $html );
	if ( 404 === $code ) {
		$html = '';
	} elseif ( ! $is_fragment || ! in_array( $code, array( 200, 410 ), true ) ) {
		return null;
	}
	preg_match( '/\sdata-head="([\w.-]+)"/', $html, $head );
	preg_match( '/\sdata-status="(\w+)"/', $html, $status );
	return array(
		'code'     => $code,
		'address'  => $address,
		'html'     => inert( $html ),
		'etag'     => 200 === $code ? (string) wp_remote_retrieve_header( $answer, 'etag' ) : '',
		'head'     => $head[1] ?? "none-$code",
		'is_over'  => in_array( $status[1] ?? '', array( 'ended', 'archived' ), true ),
		'modified' => modified_in( $html ),
	);
}

/** Return when the story was changed last, by its structured data; 0 where that does not say. */
function modified_in( string $html ): int {
	preg_match( '#<script type="application/ld\+json"[^>]*>(.*?)</script>#s', $html, $found );
	$data = json_decode( $found[1] ?? '', true );
	$at   = is_array( $data ) && is_string( $data['dateModified'] ?? null ) ? strtotime( $data['dateModified'] ) : 0;
	return (int) $at;
}

/** Return HTML in which WordPress finds no shortcode and no smiley: a reporter's "[gallery]" or "7) and 8)" is text. */
function inert( string $html ): string {
	$inert = '';
	while ( preg_match( '#<script\b[^>]*>#i', $html, $tag, PREG_OFFSET_CAPTURE ) ) {
		$begin  = $tag[0][1] + strlen( $tag[0][0] );
		$end    = stripos( $html, '</script', $begin );
		$end    = false === $end ? strlen( $html ) : $end;
		$inert .= inert_markup( substr( $html, 0, $begin ) );
		$inert .= preg_replace_callback(
			'/"(?:[^"\\\\]++|\\\\.)*+"/s',
			function ( $text ) {
				return str_replace( '[', '\u005b', $text[0] );
			},
			substr( $html, $begin, $end - $begin )
		);
		$html = substr( $html, $end );
	}
	return $inert . inert_markup( $html );
}

/** Spell signs as references, which are the same to whoever reads HTML. */
function inert_markup( string $html ): string {
	$spelt = function ( $sign ) {
		return '&#' . ord( $sign[0] ) . ';';
	};
	return preg_replace_callback( '/\[|(?<=[\s>])(?:[:;](?=\S)|8(?=-?[)O]))/', $spelt, $html );
}

/** Remember that the server is in trouble, or is so no more: a line in the log and in the settings at each change. */
function note_problem( string $reason ): void {
	$problem = get_option( PROBLEM );
	if ( '' !== $reason && ! is_array( $problem ) ) {
		update_option( PROBLEM, array( 'since' => time(), 'reason' => $reason ), true );
		error_log( "Liveblog: readers see the last copy: $reason" ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
	} elseif ( '' === $reason && is_array( $problem ) ) {
		delete_option( PROBLEM );
		error_log( 'Liveblog: the server answers again' ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
	}
}

/* ---- The article. ---- */

function render_block( $attributes ): string {
	$html = render( (array) $attributes );
	return '' === $html ? '' : '<div ' . get_block_wrapper_attributes() . ">$html</div>";
}

function render( array $given ): string {
	$story = choices( $given );
	if ( null === $story ) {
		return current_user_can( 'edit_posts' ) ? '<p>' . esc_html__( 'Liveblog: no story is named here, or the settings have no server. Readers see nothing.', 'liveblog-story' ) . '</p>' : '';
	}
	$link = '<p><a href="' . esc_url( $story['page'] ) . '">' . esc_html__( 'Follow the live coverage', 'liveblog-story' ) . '</a></p>';
	if ( is_feed() ) {
		return $link;
	}
	$copy = copy_of( $story );
	if ( null !== $copy && 404 === $copy['code'] ) {
		return current_user_can( 'edit_posts' ) ? '<p>' . esc_html__( 'Liveblog: this story is not public. Readers see nothing.', 'liveblog-story' ) . '</p>' : '';
	}
	wp_enqueue_script( 'liveblog-story-element', server() . '/live-blog.js', array(), null, true ); // phpcs:ignore WordPress.WP.EnqueuedResourceParameters
	$attributes = '';
	foreach ( $story['asked'] as $name => $value ) {
		$attributes .= ' ' . str_replace( '_', '-', $name ) . '="' . esc_attr( $value ) . '"';
	}
	$drawn = null === $copy ? "<noscript>$link</noscript>" : $copy['html'];
	$page  = preg_replace( '#/fragment(\?.*)?$#D', '', $copy['address'] ?? '' );
	return '<live-blog src="' . esc_url( '' === $page ? $story['page'] : $page ) . "\"$attributes>$drawn</live-blog>";
}

/** Make the element's script a module, which scripts of other origins with imports have to be. */
function as_module( $tag, $handle, $src ) {
	return 'liveblog-story-element' === $handle ? '<script type="module" src="' . esc_url( $src ) . '"></script>' . "\n" : $tag; // phpcs:ignore WordPress.WP.EnqueuedResources
}

/** Before an article is sent: take its stories' newest state, its modified time, and say how long it may be kept. */
function prepare_article(): void {
	$post = is_singular() && ! is_preview() ? get_queried_object() : null;
	if ( ! $post instanceof \WP_Post || post_password_required( $post ) || ! stories_in( $post ) ) {
		return;
	}
	$is_live = keep_in_step( $post );
	if ( $is_live && ! defined( 'DONOTCACHEPAGE' ) ) {
		define( 'DONOTCACHEPAGE', true ); // what page caches of WordPress look at
	}
	$is_personal = preg_grep( '/^(comment_author_|wp-postpass_|wordpress_logged_in_)/', array_keys( $_COOKIE ) );
	if ( headers_sent() || is_user_logged_in() || $is_personal || 'publish' !== $post->post_status ) {
		return;
	}
	header( 'Last-Modified: ' . gmdate( 'D, d M Y H:i:s', strtotime( $post->post_modified_gmt . ' UTC' ) ) . ' GMT' );
	$seconds = (int) ( $is_live ? 2 : CALM_SECONDS );
	header( 'Cache-Control: ' . apply_filters( 'liveblog_story_cache_control', "public, max-age=1, s-maxage=$seconds, stale-while-revalidate=5", $is_live, $post ) );
}

/* ---- The post's modified time, which feeds, sitemaps and caches go by. ---- */

/** Move a post's modified time to that of its stories, if they have changed. Returns whether one of them goes on. */
function keep_in_step( \WP_Post $post ): bool {
	$known = get_post_meta( $post->ID, HEADS, true );
	$known = is_array( $known ) ? $known : array();
	$heads = array();
	$at    = 0;
	$live  = false;
	$moved = false;
	foreach ( stories_in( $post ) as $story ) {
		$copy                   = copy_of( $story );
		$head                   = $copy['head'] ?? ( $known[ $story['key'] ] ?? '' );
		$heads[ $story['key'] ] = $head;
		$live                   = $live || ! ( $copy['is_over'] ?? false );
		if ( null === $copy || ( $known[ $story['key'] ] ?? '' ) === $head ) {
			continue;
		}
		// A story says itself when it was changed in substance. A ticker, and one that is gone, says nothing: then it is now.
		$is_noticed = isset( $known[ $story['key'] ] );
		$moved      = $moved || $is_noticed;
		$at         = max( $at, $copy['modified'] > 0 || ! $is_noticed ? $copy['modified'] : time() );
	}
	if ( 'publish' !== $post->post_status ) {
		return $live;
	}
	if ( $heads !== $known ) {
		update_post_meta( $post->ID, HEADS, $heads );
		set_modified( $post, min( $at, time() ) );
		if ( $moved ) {
			clean_post_cache( $post->ID ); // and with it what page caches keep of the post, for a comma too
			do_action( 'liveblog_story_changed', $post->ID );
		}
	}
	if ( $live !== (bool) get_post_meta( $post->ID, LIVE, true ) ) {
		$live ? update_post_meta( $post->ID, LIVE, '1' ) : delete_post_meta( $post->ID, LIVE );
	}
	return $live;
}

/**
 * Move a post's modified time on. Not by wp_update_post(): a visitor causes this, for whom it would clean the whole post
 * of what its author may write and they may not, and keep a revision for each entry of a night.
 */
function set_modified( \WP_Post $post, int $at ): void {
	global $wpdb;
	$gmt = gmdate( 'Y-m-d H:i:s', $at );
	if ( $gmt <= $post->post_modified_gmt ) {
		return;
	}
	$post->post_modified_gmt = $gmt;
	$post->post_modified     = get_date_from_gmt( $gmt );
	$wpdb->update( $wpdb->posts, array( 'post_modified_gmt' => $gmt, 'post_modified' => $post->post_modified ), array( 'ID' => $post->ID ) );
	foreach ( array( 'server', 'gmt', 'blog' ) as $zone ) {
		wp_cache_delete( "lastpostmodified:$zone", 'timeinfo' );
		wp_cache_delete( "lastpostmodified:$zone:$post->post_type", 'timeinfo' );
	}
	clean_post_cache( $post->ID );
}

/** For posts that nobody looks at, or whose readers a page cache serves. */
function every_minute(): void {
	$order = array( 'modified' => 'DESC', 'ID' => 'DESC' ); // of one second too, or each minute another waits for a silent server
	$posts = get_posts( array( 'post_type' => 'any', 'post_status' => 'publish', 'meta_key' => LIVE, 'numberposts' => MOST_POSTS, 'orderby' => $order, 'suppress_filters' => true ) ); // phpcs:ignore WordPress.DB.SlowDBQuery
	$is_there = true;
	foreach ( $posts as $post ) {
		keep_in_step( $post );
		// Of a server that is silent the others would be told nothing either, each after its seconds.
		$is_there = $is_there && tell_home( $post );
	}
}

/* ---- Creating a story, for which the article becomes its address. ---- */

function may_create( \WP_REST_Request $request ): bool {
	return current_user_can( 'publish_posts' ) && current_user_can( 'edit_post', (int) $request['post'] );
}

function create_story( \WP_REST_Request $request ) {
	$fields = array( 'title' => $request['title'], 'language' => get_bloginfo( 'language' ) );
	if ( false !== strpos( wp_timezone_string(), '/' ) ) {
		$fields['time_zone'] = wp_timezone_string();
	}
	$made = call( 'POST', '/v1/stories', $fields, array( 'Idempotency-Key' => $request['key'] ) );
	if ( is_wp_error( $made ) ) {
		return $made;
	}
	if ( ! is_string( $made['id'] ?? null ) ) {
		return new \WP_Error( 'liveblog_story_refused', __( 'The server answered with no story.', 'liveblog-story' ), array( 'status' => 502 ) );
	}
	// Only here, and never by what stands in a post: whose words are an article's may not take a story's address.
	update_post_meta( (int) $request['post'], HOME, $made['id'] );
	tell_home( get_post( (int) $request['post'] ) );
	return array( 'story' => $made['id'], 'slug' => (string) ( $made['slug'] ?? '' ), 'title' => (string) ( $made['title'] ?? '' ) );
}

/**
 * Tell the server the address of the article in which its story was made: once that is public, whenever it moves, and
 * that there is none any more, so that no link leads to what is gone. What could not be told is tried again, and is a line
 * in the log once. Returns false where the server does not answer.
 */
function tell_home( \WP_Post $post, bool $is_there = true ): bool {
	$story   = get_post_meta( $post->ID, HOME, true );
	$address = $is_there && 'publish' === $post->post_status ? get_permalink( $post ) : '';
	if ( ! $story || (string) get_post_meta( $post->ID, TOLD, true ) === $address ) {
		return true;
	}
	$change = array( 'canonical_url' => '' === $address ? null : $address );
	$answer = call( 'PATCH', '/v1/stories/' . rawurlencode( $story ), $change, array( 'If-Match' => '*' ) );
	if ( is_wp_error( $answer ) ) {
		if ( '' === (string) get_post_meta( $post->ID, UNTOLD, true ) ) {
			update_post_meta( $post->ID, UNTOLD, '1' );
			error_log( "Liveblog: the server does not know the address of post $post->ID yet: " . $answer->get_error_message() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
		}
		return 'liveblog_story_away' !== $answer->get_error_code();
	}
	update_post_meta( $post->ID, TOLD, $address );
	if ( delete_post_meta( $post->ID, UNTOLD ) ) {
		error_log( "Liveblog: the server knows the address of post $post->ID now" ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
	}
	return true;
}

function post_saved( $id, $post ): void {
	if ( wp_is_post_revision( $id ) ) {
		return;
	}
	tell_home( $post );
	if ( 'publish' === $post->post_status ) {
		keep_in_step( $post );
	}
}

function post_deleted( $id, $post ): void {
	tell_home( $post, false );
}

/* ---- Where WordPress calls all this. ---- */

function register(): void {
	wp_register_script( 'liveblog-story-block', plugins_url( 'block.js', __FILE__ ), array( 'wp-api-fetch', 'wp-block-editor', 'wp-blocks', 'wp-components', 'wp-data', 'wp-element', 'wp-i18n', 'wp-server-side-render' ), VERSION, true );
	wp_set_script_translations( 'liveblog-story-block', 'liveblog-story' );
	register_block_type( __DIR__, array( 'render_callback' => __NAMESPACE__ . '\render_block' ) );
	add_shortcode(
		'liveblog',
		function ( $attributes ) {
			return render( (array) $attributes );
		}
	);
}

function tell_editor(): void {
	$known = array( 'server' => server(), 'mayCreate' => '' !== token() && current_user_can( 'publish_posts' ) );
	wp_add_inline_script( 'liveblog-story-block', 'window.liveblogStory = ' . wp_json_encode( $known, JSON_HEX_TAG ) . ';', 'before' );
}

function register_routes(): void {
	register_rest_route(
		'liveblog-story/v1',
		'/stories',
		array(
			'methods'             => 'POST',
			'callback'            => __NAMESPACE__ . '\create_story',
			'permission_callback' => __NAMESPACE__ . '\may_create',
			'args'                => array(
				'post'  => array( 'type' => 'integer', 'required' => true ),
				'title' => array( 'type' => 'string', 'required' => true, 'minLength' => 1 ),
				'key'   => array( 'type' => 'string', 'required' => true, 'pattern' => '^[0-9a-f-]{36}\\z' ),
			),
		)
	);
}

function schedule(): void {
	if ( ! wp_next_scheduled( EVERY_MINUTE ) ) {
		wp_schedule_event( time(), EVERY_MINUTE, EVERY_MINUTE );
	}
}

/** Leave nothing behind: options, what was kept of posts, the clock. */
function uninstall(): void {
	global $wpdb;
	wp_clear_scheduled_hook( EVERY_MINUTE );
	$names = $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s", $wpdb->esc_like( 'liveblog_story_' ) . '%' ) );
	array_map( 'delete_option', $names );
	array_map( 'delete_post_meta_by_key', array( HEADS, LIVE, HOME, TOLD, UNTOLD ) );
}

add_action( 'init', __NAMESPACE__ . '\register' );
add_action( 'rest_api_init', __NAMESPACE__ . '\register_routes' );
add_action( 'enqueue_block_editor_assets', __NAMESPACE__ . '\tell_editor' );
add_action( 'template_redirect', __NAMESPACE__ . '\prepare_article', 20 ); // after WordPress has led to the right address
add_action( 'wp_after_insert_post', __NAMESPACE__ . '\post_saved', 10, 2 );
add_action( 'before_delete_post', __NAMESPACE__ . '\post_deleted', 10, 2 );
add_action( EVERY_MINUTE, __NAMESPACE__ . '\every_minute' );
add_action( 'admin_init', __NAMESPACE__ . '\schedule' );
add_action(
	'admin_init',
	function () {
		register_setting( SETTINGS, SETTINGS, array( 'type' => 'array', 'sanitize_callback' => __NAMESPACE__ . '\clean_settings', 'show_in_rest' => false ) );
	}
);
add_action(
	'admin_menu',
	function () {
		add_options_page( __( 'Liveblog', 'liveblog-story' ), __( 'Liveblog', 'liveblog-story' ), 'manage_options', 'liveblog-story', __NAMESPACE__ . '\show_settings' );
	}
);
add_filter( 'script_loader_tag', __NAMESPACE__ . '\as_module', 10, 3 );
add_filter(
	'no_texturize_tags', // the server has set its quotes
	function ( $tags ) {
		return array_merge( $tags, array( 'live-blog' ) );
	}
);
add_filter(
	'cron_schedules',
	function ( $schedules ) {
		return $schedules + array( EVERY_MINUTE => array( 'interval' => 60, 'display' => __( 'Every minute', 'liveblog-story' ) ) ); // phpcs:ignore WordPress.WP.CronInterval
	}
);
register_activation_hook( __FILE__, __NAMESPACE__ . '\schedule' );
register_deactivation_hook(
	__FILE__,
	function () {
		wp_clear_scheduled_hook( EVERY_MINUTE );
	}
);
register_uninstall_hook( __FILE__, __NAMESPACE__ . '\uninstall' );
