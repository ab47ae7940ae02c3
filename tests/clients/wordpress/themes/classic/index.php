<?php // A theme in which PHP puts the page together: the_content() and its filters. ?>
<!doctype html>
<html <?php language_attributes(); ?>>
<head><meta charset="utf-8"><title><?php bloginfo( 'name' ); ?></title><?php wp_head(); ?></head>
<body>
<?php while ( have_posts() ) : the_post(); ?>
<h1><?php the_title(); ?></h1>
<time id="modified" datetime="<?php echo esc_attr( get_the_modified_date( 'c' ) ); ?>"></time>
<div id="content"><?php the_content(); ?></div>
<?php endwhile; ?>
<?php wp_footer(); ?>
</body>
</html>
