<?php
/*
 * A SyncML server: php -S 127.0.0.1:PORT router.php, with the environment
 *   HORDE_FOLDER    where its items are, see backend.php
 *   HORDE_LOGIN     who may come in, as user:password
 *   HORDE_RESP_URI  where it asks to be answered; nowhere else, where it is not set
 */
error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING); // The engine has hundreds, all of them harmless.
require __DIR__ . '/engine.php';
require __DIR__ . '/backend.php';

// The server's own log tells of connections alone.
error_log("$_SERVER[REQUEST_METHOD] $_SERVER[REQUEST_URI]");

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    http_response_code(405);
    return;
}
// The engine compares it with what it knows to the letter, and takes all else for XML.
$type = strtolower(trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? '')[0]));
if (!in_array($type, ['application/vnd.syncml+xml', 'application/vnd.syncml+wbxml'], true)) {
    http_response_code(415);
    return;
}
[$user, $password] = explode(':', getenv('HORDE_LOGIN'), 2);
$GLOBALS['backend'] = new FolderBackend(getenv('HORDE_FOLDER'), [$user => $password]);
try {
    $handler = new Horde_SyncMl_ContentHandler();
    $reply = $handler->process(file_get_contents('php://input'), $type, getenv('HORDE_RESP_URI') ?: null);
} catch (Throwable $thrown) {
    while (ob_get_level() > 0) {
        ob_end_clean();
    }
    error_log((string)$thrown);
    $reply = new PEAR_Error($thrown->getMessage());
}
$GLOBALS['backend']->close();
if ($reply instanceof PEAR_Error) {
    http_response_code(500);
    header('Content-Type: text/plain');
    echo $reply->getMessage();
    return;
}
header("Content-Type: $type");
header('Content-Length: ' . strlen($reply));
echo $reply;
