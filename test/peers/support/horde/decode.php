<?php
/* Reads WBXML documents with Horde's decoder: php decode.php FOLDER writes NAME.xml beside each NAME.wbxml in it. */
error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING);
require __DIR__ . '/engine.php';

foreach (glob("$argv[1]/*.wbxml") as $file) {
    $decoder = new Horde_Xml_Wbxml_Decoder();
    file_put_contents(substr($file, 0, -strlen('wbxml')) . 'xml', $decoder->decodeToString(file_get_contents($file)));
}
